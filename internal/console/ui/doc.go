// Package ui is the console's component kit: the page frames and every part that screens are made of,
// each in a templ file of its own. Components take one small struct; its zero value is usable.
// Nothing here knows a domain, reads a database or needs a script: the script only quickens what works without it.
//
// Words come from package text in the language of the context, which Layout and PublicLayout set from their page.
// No component writes an inline style or script, so the policy "script-src 'self'; style-src 'self'" holds.
//
// Two forms of the frame post to fixed addresses that the console serves:
//
//	POST /prefs   lang=tr|en, theme=light|dark|system, company=<id>, back=<path>
//	POST /logout
//
// The search box is GET /search?q=….
package ui
