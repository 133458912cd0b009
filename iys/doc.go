// Package iys speaks with İYS (İleti Yönetim Sistemi), the Turkish registry of
// consents to commercial messages.
package iys
