package mailin

import (
	"regexp"
	"strings"
)

// Above is the line that our mails begin with: what stands below it in an answer is our own text.
const Above = "~~ Write your answer above this line ~~"

var (
	attribution = regexp.MustCompile(`(?i)^(on|am|le|el|il|op|em)\b.{5,300}\b(wrote|schrieb|écrit|escribió|ha scritto|schreef|escreveu)\b.{0,200}:$`)
	original    = regexp.MustCompile(`(?i)^(-{2,} ?(original message|forwarded message|ursprüngliche nachricht|message d'origine|mensaje original) ?-{2,}|_{20,})$`)
	fromLine    = regexp.MustCompile(`(?i)^\*?(from|von|de|da|van):\*? .+`)
	sentLine    = regexp.MustCompile(`(?i)^\*?(sent|date|gesendet|datum|envoyé|enviado|inviato|verzonden):\*? .+`)
)

// Fresh is what of a reply is new: without the signature, which begins with a line of two dashes, and without the quoted history, which begins with our own
// line, with the line that names whom it quotes, with the head of the message that it quotes, or is marked by > to the end. It is empty where nothing is new.
func Fresh(text string) string {
	lines := strings.Split(text, "\n")
	end := len(lines)
	for i := range lines {
		if begins(lines, i) {
			end = i
			break
		}
	}
	for end > 0 {
		n := trailing(lines[:end])
		if n == 0 {
			break
		}
		end -= n
	}
	return strings.TrimSpace(strings.Join(lines[:end], "\n"))
}

// begins: from this line on the rest is no part of the answer.
func begins(lines []string, i int) bool {
	line := strings.TrimSpace(lines[i])
	switch {
	case strings.Contains(line, Above), line == "--", original.MatchString(line):
		return true
	case fromLine.MatchString(line):
		for _, next := range lines[i+1 : min(i+4, len(lines))] {
			if sentLine.MatchString(strings.TrimSpace(next)) {
				return true
			}
		}
	}
	return false
}

// trailing is how many lines at the end are quoted, empty, or name whom what stood below quotes.
func trailing(lines []string) int {
	at := func(back int) string {
		if back > len(lines) {
			return ""
		}
		return strings.TrimSpace(lines[len(lines)-back])
	}
	switch {
	case at(1) == "" || strings.HasPrefix(at(1), ">") || attribution.MatchString(at(1)):
		return 1
	case len(lines) > 1 && attribution.MatchString(at(2)+" "+at(1)):
		return 2
	}
	return 0
}
