"""How fast the flagship could be: all rules of its steps in one compiled loop. A yardstick, not a way to run anything."""
