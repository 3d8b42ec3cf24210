#pragma once

#include <string>
#include <vector>

#include "compiler/lower/target.h"

namespace lithe::emit {

/// The object file that holds `<symbol>`, a lithe_artifact: the encoded tables and the addresses
/// of the kernels. Constant data alone: no code, no initialiser. `next` names the lithe_artifact of
/// a CPU that has less; empty: none.
std::string table_object(const std::string& symbol, const std::vector<std::byte>& encoded,
                         const std::vector<std::string>& kernels, const lower::Target& target,
                         const std::string& next = {});

}  // namespace lithe::emit
