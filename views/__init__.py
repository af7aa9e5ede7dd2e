"""Who sees what, where. One file for each file of models/, plus the custom views."""
