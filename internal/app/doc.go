// Package app puts the program together: it is the only room that knows all others, and no room knows it.
//
// It owns: the command line, the configuration, the construction of the services in their order (Program), the admission of requests
// (which person, which workspace, may they), the navigation around pages, and the checks of the doctor.
// It owns no rule: whatever decides money or access is in the room that bears its name.
package app
