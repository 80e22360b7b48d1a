package billing

import (
	"net/mail"
	"regexp"
	"slices"
	"strings"
)

// ElectronicAddress is where an organisation receives e-invoices: a scheme of the list EAS and the id within it. Its text is "9930:DE111111125".
type ElectronicAddress struct {
	Scheme string
	ID     string
}

// String is the address as it is written; empty for the zero one.
func (a ElectronicAddress) String() string {
	if a.Scheme == "" {
		return ""
	}
	return a.Scheme + ":" + a.ID
}

// MarshalText implements encoding.TextMarshaler.
func (a ElectronicAddress) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler. It reads what MarshalText wrote and checks nothing else.
func (a *ElectronicAddress) UnmarshalText(text []byte) error {
	a.Scheme, a.ID, _ = strings.Cut(string(text), ":")
	return nil
}

// MailScheme is that of an address of electronic mail.
const MailScheme = "EM"

// outsidePeppol are the schemes with a number to which the network Peppol does not deliver.
var outsidePeppol = strings.Fields("0037 0147 0154 0170 0177 0193 0194 0202 0203 0205 0212 0213 0215 0217 0219 0220")

// InPeppol reports whether the network Peppol delivers to addresses of the scheme.
func (a ElectronicAddress) InPeppol() bool {
	return len(a.Scheme) == 4 && !slices.Contains(outsidePeppol, a.Scheme)
}

// addressSchemes is the code list EAS as the validation artefacts 1.3.16 of EN 16931 have it.
var addressSchemes = strings.Fields(`0002 0007 0009 0037 0060 0088 0096 0097 0106 0130 0135 0142 0147 0151 0154 0158 0170 0177 0183 0184 0188 0190 0191 0192
	0193 0194 0195 0196 0198 0199 0200 0201 0202 0203 0204 0205 0208 0209 0210 0211 0212 0213 0215 0216 0217 0218 0219 0220 0221 0225 0230 0235 0240 0242
	0244 0245 0246 0248 9910 9913 9914 9915 9918 9919 9920 9922 9923 9924 9925 9926 9927 9928 9929 9930 9931 9932 9933 9934 9935 9936 9937 9938 9939 9940
	9941 9942 9943 9944 9945 9946 9947 9948 9949 9950 9951 9952 9953 9957 9959 AN AQ AS AU EM`)

// addressForms are what Peppol asks of the ids of some schemes, and whether their check digits are right.
var addressForms = map[string]struct {
	form  *regexp.Regexp
	holds func(digits []int) bool
}{
	"0007": {regexp.MustCompile(`^\d{10}$`), luhn},                                                   // Sweden, organisationsnummer
	"0088": {regexp.MustCompile(`^\d{13}$`), gln},                                                    // GS1, GLN
	"0151": {regexp.MustCompile(`^\d{11}$`), weighed(89, 10, 10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)}, // Australia, ABN: its first digit counts one less
	"0184": {regexp.MustCompile(`^(DK)?\d{8}$`), nil},                                                // Denmark, CVR
	"0192": {regexp.MustCompile(`^\d{9}$`), weighed(11, 0, 3, 2, 7, 6, 5, 4, 3, 2, 1)},               // Norway, organisasjonsnummer
	"0201": {regexp.MustCompile(`^[A-Z0-9]{6}$`), nil},                                               // Italy, codice IPA
	"0208": {regexp.MustCompile(`^[01]\d{9}$`), belgian},                                             // Belgium, enterprise number
	"0210": {regexp.MustCompile(`^([A-Z0-9]{16}|\d{11})$`), nil},                                     // Italy, codice fiscale
	"0211": {regexp.MustCompile(`^IT\d{11}$`), nil},                                                  // Italy, partita IVA
}

// addressID are the signs of an id, as GOBL keeps codes: letters and digits with single separators between them.
var addressID = regexp.MustCompile(`^[A-Za-z0-9]+([-_./][A-Za-z0-9]+)*$`)

// electronicAddress reads "0088:7300010000001". Fault: Invalid at "electronic_address".
func (r *reader) electronicAddress(text string) ElectronicAddress {
	const field = "electronic_address"
	if text = strings.TrimSpace(text); text == "" {
		return ElectronicAddress{}
	}
	scheme, id, found := strings.Cut(text, ":")
	a := ElectronicAddress{strings.ToUpper(strings.TrimSpace(scheme)), strings.TrimSpace(id)}
	if a.Scheme == MailScheme {
		if m, err := mail.ParseAddress(a.ID); err != nil || m.Address != a.ID {
			r.refuse(field, "Write one mail address after EM:, such as EM:invoices@example.com.")
		}
		return a
	}
	form, formed := addressForms[a.Scheme]
	switch {
	case !found || a.ID == "":
		r.refuse(field, "Write the scheme, a colon and the id, such as 0088:7300010000001 or 9930:DE111111125.")
	case !slices.Contains(addressSchemes, a.Scheme):
		r.refuse(field, "%q is no scheme of electronic addresses. It has four digits, such as 0088 for a GLN, 9930 for a German VAT id, 0208 for a Belgian enterprise number.", a.Scheme)
	case len(a.ID) > 50 || !addressID.MatchString(a.ID):
		r.refuse(field, "Write the id as letters and digits, 50 at most.")
	case formed && (!form.form.MatchString(a.ID) || form.holds != nil && !form.holds(digits(a.ID))):
		r.refuse(field, "%q is no id of the scheme %s: a digit is missing or mistyped.", a.ID, a.Scheme)
	}
	return a
}

func digits(text string) []int {
	out := make([]int, len(text))
	for i, c := range text {
		out[i] = int(c - '0')
	}
	return out
}

// gln: weighted by 3 and 1 from the right, the digits before the last and the last one sum to a multiple of ten.
func gln(d []int) bool {
	sum := 0
	for i, n := range d {
		sum += n * (1 + 2*((len(d)-1-i)%2))
	}
	return sum%10 == 0
}

// luhn: from the right every second digit doubled, its own digits summed.
func luhn(d []int) bool {
	sum := 0
	for i, n := range d {
		if (len(d)-1-i)%2 == 1 {
			n *= 2
		}
		sum += n/10 + n%10
	}
	return sum%10 == 0
}

// weighed: the digits by their weights, less a constant, sum to a multiple of the modulus.
func weighed(modulus, less int, weights ...int) func([]int) bool {
	return func(d []int) bool {
		sum := -less
		for i, n := range d {
			sum += n * weights[i]
		}
		return sum%modulus == 0
	}
}

// belgian: the last two digits are 97 less the rest of the others by 97.
func belgian(d []int) bool {
	n := 0
	for _, x := range d[:8] {
		n = n*10 + x
	}
	return 97-n%97 == d[8]*10+d[9]
}
