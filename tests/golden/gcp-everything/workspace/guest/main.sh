#!/usr/bin/env bash
# Stands for the guest.
