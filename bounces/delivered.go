package bounces

import (
	"bytes"
	"net/mail"
	"slices"
)

// The fields in which servers note the recipient of the envelope (RFC 5598 §3.3.2
// knows none by name; RFC 9228 made the first a standard). To comes last: a report
// has the return path there, but there a sender may write what they like.
var deliveredFields = []string{
	"delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to", "x-original-recipient", "x-rcpt-to", "x-forwarded-to", "to",
}

const (
	mostHeader    = 256 << 10 // bytes at the front of a message in which its header is looked for
	mostDelivered = 32        // addresses
)

// DeliveredTo returns the addresses to which a message may have been delivered, the
// likeliest first, for whoever gets a message without its envelope.
func DeliveredTo(raw []byte) []string {
	h, _ := cutHeader(bytes.TrimLeft(plainLines(raw[:min(len(raw), mostHeader)]), " \t\n\x00\ufeff"))
	var all []string
	for _, name := range deliveredFields {
		for _, f := range h {
			if f.name != name {
				continue
			}
			for _, address := range addresses(f.value) {
				if len(all) < mostDelivered && !slices.Contains(all, address) {
					all = append(all, address)
				}
			}
		}
	}
	return all
}

// addresses gives all addresses of a field, in lower case; of one that is broken, the
// first.
func addresses(value string) []string {
	list, err := mail.ParseAddressList(value)
	if err != nil {
		list = []*mail.Address{{Address: value}}
	}
	var all []string
	for _, a := range list {
		if address := firstAddress(a.Address); address != "" {
			all = append(all, address)
		}
	}
	return all
}
