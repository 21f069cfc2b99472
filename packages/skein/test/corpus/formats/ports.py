"""Moves files between hosts. Written by Anna in 2020."""
import os

# The port that we listen on. It must be free.
PORT = 4711

def main():
    """Starts the server."""
    print("Hello. How are you?")
