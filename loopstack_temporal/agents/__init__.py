"""Agents: workflows in which a model calls tools until it is done. Made of public names only."""
