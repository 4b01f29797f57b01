"""The same organisation as a Mesa user would write it: agents, attributes, shuffle_do, a DataCollector.

It is what the compiled engine is timed against, and a second opinion on the rules and the measures: written apart
from them, it must give the same distribution of every weekly measure (not the same draws). It knows the levers that
today's organisation uses. It was profiled; its time is spread over the work on cases, without a hot spot.
"""
