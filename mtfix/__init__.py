"""mtfix finds, repairs and scores the faults of machine translation in English."""
