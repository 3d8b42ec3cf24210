#pragma once

#include <string>

namespace lithe {

/// Whether a file of that name is written in the format of `torch.save`.
bool is_torch_name(const std::string& path);
/// Whether a file begins as every zip file does.
bool has_zip_magic(const std::string& path);

}  // namespace lithe
