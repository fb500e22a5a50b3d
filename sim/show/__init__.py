"""What a person sees: charts and terminal tables."""
