// Any bytes: no crash, and what is accepted reads again from what it prints, and from what it stores, as the
// same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/email/email.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const auto email = contacts::ParseEmail({reinterpret_cast<const char *>(data), size});
    if (!email) return 0;
    const auto printed = contacts::ParseEmail(email->text());
    if (!printed || printed->stored() != email->stored()) std::abort();
    const auto stored = contacts::Email::FromStored(email->stored());
    if (!stored || stored->key() != email->key()) std::abort();
    if (email->domain().empty() || email->domain().size() > contacts::kDomainMaxOctets) std::abort();
    return 0;
}
