// libFuzzer entry for vCards: whatever the bytes, the reader does not crash, accounts for cards in order,
// gives text that PostgreSQL can hold, and reads the same in pieces as at once; drafts and their error files
// hold too.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/csv/encoding.h"
#include "core/vcard/card.h"
#include "core/vcard/reader.h"

namespace {

using namespace contacts;

class SplitSource : public csv::ByteSource {
  public:
    SplitSource(std::string_view bytes, std::size_t piece) : rest_(bytes), piece_(piece) {}
    std::size_t Read(char *buffer, std::size_t capacity) override {
        const std::size_t length = std::min({capacity, piece_, rest_.size()});
        std::copy_n(rest_.data(), length, buffer);
        rest_.remove_prefix(length);
        return length;
    }

  private:
    std::string_view rest_;
    std::size_t piece_;
};

void Require(bool holds) {
    if (!holds) std::abort();
}

void RequireText(std::string_view text) {
    const csv::Usable usable = csv::CheckText(text.data(), text.data() + text.size(), true);
    Require(usable.until == text.data() + text.size());
}

std::string ReadAll(csv::ByteSource &source, const vcard::Options &options) {
    std::string all;
    vcard::Reader reader(source, options);
    std::int64_t line = 0, number = 0;
    for (vcard::Card card; reader.Next(card);) {
        Require(card.line > line);
        Require(card.number == ++number);
        Require(card.text.size() <= options.max_card_bytes);
        line = card.line;
        RequireText(card.text);
        all += std::to_string(line) + card.text + '\1';
        for (const vcard::Property &property : card.properties) {
            RequireText(property.value);
            RequireText(property.name);
            for (const vcard::Parameter &parameter : property.parameters) RequireText(parameter.value);
            all += property.group + '.' + property.name + ':' + property.value + '\2';
        }
        const Draft draft = vcard::DraftOf(card);
        for (const std::string &cell : draft.cells) RequireText(cell);
        for (const Issue &issue : draft.issues) {
            RequireText(issue.message);
            RequireText(issue.value);
        }
        Require(draft.failed() || card.faults.empty());
        RequireText(vcard::WithError(card.text, card.faults.empty() ? "?" : card.faults[0].message));
    }
    return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    if (size < 1) return 0;
    vcard::Options options;
    options.sample_bytes = 256;
    options.max_line_bytes = 4096;
    options.max_card_bytes = 16384;
    options.max_properties = 64;
    if (data[0] & 0x80) options.encoding = data[0] & 0x40 ? "windows-1251" : "Shift_JIS";
    const std::string_view bytes(reinterpret_cast<const char *>(data) + 1, size - 1);
    csv::MemorySource whole(bytes);
    const std::string at_once = ReadAll(whole, options);
    SplitSource pieces(bytes, 1 + (data[0] & 0x0F));
    options.block_bytes = 1 + (data[0] & 0x3F);
    Require(ReadAll(pieces, options) == at_once);
    vcard::IsVCard(bytes);
    return 0;
}
