// Command onay is the one binary of the product.
package main

func main() {}
