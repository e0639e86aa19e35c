# Stands for the module that is copied unchanged.
