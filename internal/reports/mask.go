package reports

import "strings"

// Masked stands where a text had a secret.
const Masked = "xxxxx"

// ShortestSecret is how long a secret is that can be looked for: a shorter one would be
// found in the words of any error.
const ShortestSecret = 4

// Mask returns a text without the secrets. One that was cut off at the end of the text, as
// where a long answer is quoted in part, is masked, too.
func Mask(text string, secrets []string) string {
	for _, secret := range secrets {
		text = strings.ReplaceAll(text, secret, Masked)
	}
	for _, secret := range secrets {
		for n := len(secret) - 1; n >= ShortestSecret; n-- {
			if strings.HasSuffix(text, secret[:n]) {
				text = text[:len(text)-n] + Masked
				break
			}
		}
	}
	return text
}
