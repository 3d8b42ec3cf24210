#pragma once

#include <functional>
#include <string>

namespace lithe {

/// Is told of what is probably not meant, and of what cannot be thrown.
using WarningHandler = std::function<void(const std::string& text)>;

}  // namespace lithe
