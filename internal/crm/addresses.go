package crm

import (
	"net/url"
	"regexp"
	"strings"
)

// mails are texts that look like e-mail addresses, also as links write them: "ann%40boreal.example", "utm_email%3Dann%40boreal.example".
var mails = regexp.MustCompile(`(?:[\p{L}\p{N}._+'&~/-]|` + escape + `|%(?:25)*[0-9A-Fa-f]?[G-Zg-z._+'&~/-])+%?(?:@|` + escapedAt + `)[\p{L}\p{N}.-]*[\p{L}\p{N}]`)

const (
	escapedAt = `%(?:25)*40`
	escape    = `%(?:25)*(?:[013-9A-Fa-f][1-9A-Fa-f]|[0135-9A-Fa-f]0|2[0-46-9A-Fa-f])` // of any sign but "@" and "%"
)

var (
	escapes    = regexp.MustCompile(escape)
	escapedAts = regexp.MustCompile(escapedAt)
	percents   = regexp.MustCompile(`%(?:25)+`)
)

// MayHoldAddress says of a text that it is worth looking for addresses in it.
func MayHoldAddress(s string) bool {
	return strings.Contains(s, "@") || strings.Contains(s, "%") && escapedAts.MatchString(s)
}

// eachMail puts something in the place of each text that looks like an address. What a link writes with percent signs is handed over in plain letters.
func eachMail(s string, instead func(mail string) string) string {
	if !MayHoldAddress(s) {
		return s
	}
	return mails.ReplaceAllStringFunc(s, func(found string) string {
		if !strings.Contains(found, "%") {
			return instead(found)
		}
		cut := 0
		for _, at := range escapes.FindAllStringIndex(found, -1) {
			if sign := unescaped(found[at[0]:at[1]]); sign[0] < 0x80 && !strings.Contains("._+'~-", sign) && !isAlnum(sign[0]) {
				cut = at[1] // "utm_email%3D" is not of the address
			}
		}
		mail := found[cut:]
		plain := unescaped(mail)
		if is := instead(plain); is != plain {
			return found[:cut] + is
		}
		return found
	})
}

// unescaped is a text of a link in plain letters, or the text itself if it is none.
func unescaped(s string) string {
	plain, err := url.PathUnescape(percents.ReplaceAllString(s, "%"))
	if err != nil {
		return s
	}
	return plain
}

func isAlnum(b byte) bool {
	return '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}
