"""Everything that is published in results/ and on the front page, written anew from a results database."""
