"""The eleven pages of a report, a module each: which sentences, tables and pictures stand on it, in which order."""
