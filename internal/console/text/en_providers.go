package text

func init() {
	add(EN, map[string]string{
		"prov.house":                   "Provider",
		"prov.house.text":              "Choose who sends your SMS; the next step asks only for what they gave you.",
		"prov.new.at":                  "Add a %s account",
		"prov.username.iletimerkezi":   "API key",
		"prov.password.iletimerkezi":   "Secret (hash)",
		"prov.username.verimor":        "Line number (begins with 908)",
		"prov.password.verimor":        "API password",
		"prov.username.mutlucell":      "User name",
		"prov.password.mutlucell":      "Password",
		"prov.username.postaguvercini": "User name",
		"prov.password.postaguvercini": "Password",
	})
}
