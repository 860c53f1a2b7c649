# SPDX-License-Identifier: MIT
# A JSON report without the section that lists the inputs, and without their names where an example is found in one: what is
# left must not depend on how the rows came in.  Every section begins a line.
/^"[a-z_]+":\[/ { skip = /^"inputs":/ }
skip { next }
{
    gsub(/"example_input":(null|"[^"]*")/, "\"example_input\":0")
    gsub(/"input":"[^"]*"/, "\"input\":\"\"")
    print
}
