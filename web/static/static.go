// Package static carries the style sheet, the scripts and the icon of the pages inside the program.
// VENDOR.txt lists what others wrote, with version, licence and checksum.
package static

import "embed"

// Files holds every asset by its plain name. Pages refer to them through platform/web/asset, which adds the content hash.
//
//go:embed *.css *.js *.svg *.txt
var Files embed.FS
