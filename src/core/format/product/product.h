// The declarations of the formats, one function a format, and what they are written with.
#pragma once

#include <string>
#include <vector>

#include "core/format/format.h"

namespace contacts::product {

inline constexpr std::int64_t kMegabyte = 1024 * 1024;

Format EightByEight();
Format Cinnox();
Format Genesys();
Format GenesysV2();
Format Google();
Format Outlook();
Format Thunderbird();
Format LinkedIn();
Format HubSpot();
Format Salesforce();
Format Generic();

// What other languages call Outlook's columns.
std::vector<Localization> OutlookLocalizations();
// And Thunderbird's, which has them in the order of its columns.
std::vector<Localization> ThunderbirdLocalizations(const std::vector<Column> &columns);

// A column that files may have and the view has not.
Column Hidden(Column column);

// Columns that a file repeats, with a number for each `#` ("Phone # - Value"): `shown` times in the view,
// then as a pattern for all further numbers.
void Repeat(std::vector<Column> &columns, int shown, const std::vector<Column> &group);

}  // namespace contacts::product
