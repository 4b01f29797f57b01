"""What a report says, as plain tables computed from the database; no words in any language, and no pictures."""
