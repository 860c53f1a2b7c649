# SPDX-License-Identifier: MIT
# A JSON report without what names the inputs or says how they were read: placeholder until the report has a stable shape.
{ print }
