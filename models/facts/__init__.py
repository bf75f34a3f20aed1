"""The tables of facts that physics and siting read: their columns, meanings and limits."""
