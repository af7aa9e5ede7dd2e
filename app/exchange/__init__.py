"""Files in and out: Excel today; import and print dock here."""
