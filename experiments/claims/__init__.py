"""The claims of the articles as experiments: a file each, one rule for the verdict, written beforehand."""
