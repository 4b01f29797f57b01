"""Tipping points: one lever or parameter of the world up in steps and down again, and pulses that may leave a scar.

asked     what is asked: the levels, the pulse, how long each lasts
runs      the runs that takes, through the sweep layer, and their weeks read back from the database
findings  what they say: the loop and its gap, and shares of runs that stay stuck
drawing   the pictures
"""
