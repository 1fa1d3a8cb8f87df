// E-mail addresses: RFC 5321 mailboxes, with RFC 6531 (UTF-8) local parts and internationalized domains.
//
// A value keeps what was typed and carries the key it is compared by, made once by ParseEmail. What is
// accepted does not depend on the ICU that is installed (see the notes in email.cpp): a value that was
// printed reads again.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/error.h"

namespace contacts {

inline constexpr std::size_t kEmailMaxOctets = 254;  // RFC 5321 4.5.3.1.3: a path of 256 with its brackets
inline constexpr std::size_t kEmailLocalMaxOctets = 64;   // RFC 5321 4.5.3.1.1
inline constexpr std::size_t kDomainMaxOctets = 253;      // RFC 1035 2.3.4, as text without the root's dot
inline constexpr std::size_t kDomainLabelMaxOctets = 63;  // RFC 1035 2.3.4

// The stored bytes are the key alone where it is what was typed (most addresses), else
//
//     key 00 text
//
// No address holds a NUL, so the bytes before the first one, or all of them, are the key.
inline std::string_view StoredEmailKey(std::string_view stored) {
    return stored.substr(0, stored.find('\0'));
}
inline std::string_view StoredEmailText(std::string_view stored) {
    const std::size_t nul = stored.find('\0');
    return nul == std::string_view::npos ? stored : stored.substr(nul + 1);
}
// The local part as typed: only the domain's own host may interpret it (RFC 5321 2.3.11).
inline std::string_view StoredEmailLocal(std::string_view stored) {
    const std::string_view text = StoredEmailText(stored);
    return text.substr(0, text.rfind('@'));
}
// The domain as it is compared: A-labels in lower case, or an address literal.
inline std::string_view StoredEmailDomain(std::string_view stored) {
    const std::string_view key = StoredEmailKey(stored);
    return key.substr(key.rfind('@') + 1);
}

class Email {
  public:
    // Bytes that stored() gave; anything else is a fault `email_corrupt`.
    static Result<Email> FromStored(std::string_view bytes);

    const std::string &stored() const { return stored_; }
    std::string_view text() const { return StoredEmailText(stored_); }
    std::string_view key() const { return StoredEmailKey(stored_); }
    std::string_view local() const { return StoredEmailLocal(stored_); }
    std::string_view domain() const { return StoredEmailDomain(stored_); }

    friend bool operator==(const Email &a, const Email &b) { return a.key() == b.key(); }

  private:
    friend Result<Email> ParseEmail(std::string_view);
    explicit Email(std::string stored) : stored_(std::move(stored)) {}

    std::string stored_;
};

// Reads one address, without a display name. Spaces and invisible characters at both ends are dropped.
// Faults: email_empty, email_invalid, email_too_long; the detail names the rule and the character.
Result<Email> ParseEmail(std::string_view text);

// How the keys of addresses begin that begin with this text: its local part folded, and what follows an @ as
// a domain. Empty for an empty text, one that is no UTF-8, or one that no address is long enough for.
std::string EmailKeyPrefix(std::string_view text);

// Sorts behind every key that begins with `prefix`: U+10FFFF stands in no address.
std::string AfterEmailPrefix(std::string prefix);

}  // namespace contacts
