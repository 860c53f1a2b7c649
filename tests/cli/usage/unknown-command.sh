# A command is never guessed, but a slip is answered; a file of that name is a file.
exits 2 ba clasify; cat stdout stderr
exits 2 ba sup x.csv; cat stdout stderr
exits 2 ba explian '550 no'; cat stdout stderr
small_export >clasify
exits 0 ba clasify; grep -q . stdout
