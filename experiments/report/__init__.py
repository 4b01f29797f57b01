"""The leadership report: facts computed from a results database, sentences by written rules, pages from templates."""
