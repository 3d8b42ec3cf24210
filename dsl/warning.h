#pragma once

#include <string>

#include "runtime/warning.h"

namespace lithe {

/// Tells the author of something that is probably not meant; by default on standard error.
void warn(const std::string& text);

/// Sets who gets the warnings of all threads; gives the one before.
WarningHandler set_warning_handler(WarningHandler handler);

}  // namespace lithe
