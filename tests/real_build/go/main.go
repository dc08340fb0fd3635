package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
)

var version = "1.0"

func main() {
	address := os.Getenv("ADDRESS")
	if address == "" {
		address = ":8080"
	}
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "Hello from Go!")
	})
	log.Printf("version %s listens on %s", version, address)
	log.Fatal(http.ListenAndServe(address, nil))
}
