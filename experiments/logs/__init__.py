"""Event logs of cases: imported into an organisation, exported from a run, compared pattern by pattern."""
