package api

// Copy is what became of a test copy.
type Copy struct {
	To        string `json:"to"`
	Language  string `json:"language" doc:"Of the text"`
	Subject   string `json:"subject"`
	Tip       string `json:"tip"`
	State     string `json:"state" enum:"sent,failed,in_doubt"`
	MessageID string `json:"message_id"`
	Reply     string `json:"reply,omitempty" doc:"The relay's last"`
}
