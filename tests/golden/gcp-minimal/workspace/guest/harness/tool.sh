#!/usr/bin/env bash
# Runs nothing.
