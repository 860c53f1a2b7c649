# In a folder, what is no export is told and keeps no other file from being shown.
mkdir d
small_export 3 >d/a.csv
printf '\211PNG\r\n\032\n' >d/b.csv
small_export 3 >d/c.csv
exits 65 ba formats d
grep '^file' stdout
cat stderr
