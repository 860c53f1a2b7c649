# SPDX-License-Identifier: MIT
# A state is a file: merge without any says so and does not wait for standard input.
exits 2 ba merge </dev/null
head -n 1 stderr
