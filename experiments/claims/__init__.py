"""The claims of the articles as experiments: one declarative file each, one rule for the verdict, written beforehand."""
