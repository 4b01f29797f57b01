"""The rulebook: every behaviour of the model is one small function over the state record `w`.

Arguments that recur: w the record of one world (layout.world_dtype), i an employee, c a case slot,
t a team. Rules read and write `w` in place, draw only through `chance`, and call no libm.
"""
