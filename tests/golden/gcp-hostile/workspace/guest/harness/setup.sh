#!/usr/bin/env bash
# Builds nothing.
