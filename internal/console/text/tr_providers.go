package text

func init() {
	add(TR, map[string]string{
		"prov.house":                   "Sağlayıcı",
		"prov.house.text":              "SMS hizmeti aldığınız kurumu seçin; sonraki adımda yalnızca onun verdiği bilgiler sorulur.",
		"prov.new.at":                  "%s hesabı ekle",
		"prov.username.iletimerkezi":   "API anahtarı",
		"prov.password.iletimerkezi":   "Gizli anahtar (hash)",
		"prov.username.verimor":        "Hat numarası (908 ile başlar)",
		"prov.password.verimor":        "API şifresi",
		"prov.username.mutlucell":      "Kullanıcı adı",
		"prov.password.mutlucell":      "Şifre",
		"prov.username.postaguvercini": "Kullanıcı adı",
		"prov.password.postaguvercini": "Şifre",
	})
}
