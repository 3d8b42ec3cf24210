#pragma once

#include <functional>
#include <random>
#include <string>
#include <vector>

namespace lithe::tests {

/// One tensor as hooks of both kinds of model see it.
using Numbers = std::vector<double>;

/// What a hook is told, and what it makes of it.
struct HookEvent {
    std::string path;  ///< the first name of the module
    bool is_pre = false;
    std::vector<Numbers> inputs, outputs;
    bool is_changed = false;  ///< the inputs of a pre hook, the outputs of another
};

/// A random hook: where it is, and what it does when it is called.
struct HookPlan {
    enum class Action : uint8_t { read, replace, remove_itself, remove_other, add_other, fail };
    std::string path;
    bool is_global = false, is_pre = false, prepend = false, always_call = false;
    Action action = Action::read;
    size_t other = 0;  ///< which hook is removed or added
    size_t slot = 0;   ///< which tensor is replaced
    int fails_at = 0;  ///< the call that fails
};

struct HookFailure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The hooks of one model, eager or compiled, and the log of what they saw.
class HookSide {
public:
    /// Registers a hook whose calls go to `fire`; gives what removes it.
    using Register = std::function<std::function<void()>(const HookPlan& plan,
                                                         std::function<void(HookEvent&)> fire)>;

    struct Entry {
        std::string what;
        std::vector<Numbers> values;
    };

    HookSide(const std::vector<HookPlan>& plans, Register add);

    void add(size_t index);
    void remove_all();

    std::vector<Entry> log;

private:
    void fire(size_t index, HookEvent& event);

    const std::vector<HookPlan>& plans_;
    Register register_;
    std::vector<std::function<void()>> handles_;
    std::vector<int> calls_;
};

/// `count` plans over some paths; those that others add are among them.
std::vector<HookPlan> random_plans(std::mt19937_64& random, const std::vector<std::string>& paths,
                                   size_t count, bool may_fail);

}  // namespace lithe::tests
