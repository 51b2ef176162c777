"""Widgets: they know Streamlit, and neither database nor wire."""
