# Stands for a platform.
