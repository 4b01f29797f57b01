"""The workshop: a policy simulator that a room of people can play with, served to browsers by this machine alone."""
