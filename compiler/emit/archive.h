#pragma once

#include <string>
#include <vector>

namespace lithe::emit {

struct ArchiveMember {
    std::string name;     ///< `k_<hash>.o`
    std::string content;  ///< an object file
};

/// Bytes of a static library with a symbol index; the same members give the same bytes.
std::string archive(const std::vector<ArchiveMember>& members);

}  // namespace lithe::emit
