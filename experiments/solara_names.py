"""What the command `silosim solara` and the page that Solara imports both know, without loading Solara."""

# How the command hands over its choice: names in the environment
ORGANISATION, SEED, LANG = (f"SILOSIM_SOLARA_{name}" for name in ("ORGANISATION", "SEED", "LANG"))
# The sliders of the page
LEVERS = ("bonus", "team_share", "customer_weight", "kpi_sight", "customer_time", "work_in_progress", "platform",
          "okr", "strictness", "culture", "demand")
