#include "blocks.h"
#include "fields.h"

namespace vision {
namespace {

struct Config {
    int depth;
    bool wide;
};

template <Config config>
struct Configured : lithe::nn::Module {
    lithe::nn::Linear layers[config.depth];
};

constexpr int net_line = __LINE__ + 1;
class Net : public lithe::nn::Module {
public:
    static constexpr int field_line = __LINE__ + 15;
    enum class Key { low = -1, high = 7 };

private:
    /// A private class inside a class of an unnamed namespace, with private fields.
    class Inner : public lithe::nn::Module {
        lithe::nn::Linear w;
        lithe::Tensor state;
    };

    struct Pair {
        lithe::nn::Linear left, right;
        int count = 0;
    };

    lithe::nn::Linear single, after;
    const lithe::nn::Linear fixed;
    mutable lithe::nn::Linear cached;
    Inner by_value;
    lithe::nn::Linear empty{nullptr};
    std::vector<lithe::nn::Linear> list{2};
    std::vector<std::vector<lithe::nn::Linear>> nested{
        {lithe::nn::Linear()}, {}, {lithe::nn::Linear()}};
    std::array<lithe::nn::Linear, 2> pair;
    std::deque<lithe::nn::Linear> deque{1};
    std::list<lithe::nn::Linear> linked{1};
    lithe::nn::Linear grid[2][2];
    std::map<std::string, lithe::nn::Linear> by_name{{"b", lithe::nn::Linear()},
                                                     {"a", lithe::nn::Linear()}};
    std::unordered_map<int, lithe::nn::Linear> by_number{
        {30, lithe::nn::Linear()}, {4, lithe::nn::Linear()}, {-5, lithe::nn::Linear()}};
    std::map<Key, lithe::nn::Linear> by_enumerator{{Key::low, lithe::nn::Linear()}};
    std::map<std::string, std::vector<Pair>> pairs{{"x", std::vector<Pair>(1)}};
    std::optional<lithe::nn::Linear> present = lithe::nn::Linear(), absent;
    std::shared_ptr<Inner> shared = std::make_shared<Inner>(), shared_null;
    std::shared_ptr<const Inner> shared_const = std::make_shared<Inner>();
    std::shared_ptr<lithe::nn::Module> any = std::make_shared<BlockImpl>();
    std::unique_ptr<Inner> owned = std::make_unique<Inner>(), owned_null;
    std::tuple<int, lithe::nn::Linear, std::string, std::vector<bool>, Pair> mixed;
    std::pair<std::string, lithe::nn::Linear> named;
    std::variant<lithe::nn::Linear, int, Inner> choice;
    Pair heads;
    Configured<Config{2, true}> configured;
    lithe::Tensor plain;
    lithe::nn::Parameter weight;
    lithe::nn::Buffer mean;
    std::vector<lithe::nn::Parameter> weights{1};

protected:
    // None of these is owned, or holds anything.
    lithe::nn::Linear* raw = nullptr;
    lithe::nn::Linear& reference = single;
    std::weak_ptr<Inner> weak;
    static inline lithe::nn::Linear shared_by_all{nullptr};
    std::vector<bool> flags;
    std::string text;
    int bits : 3 = 0;
    union {
        int number;
        float real;
    };
};

/// Comes in front of its Module base, so that the two have different addresses.
class Mixin {
public:
    virtual ~Mixin() = default;

private:
    lithe::nn::Linear extra;
};

class Derived : private Mixin, public WithHead<WideBlockImpl> {
    lithe::nn::Linear own;
};

struct Root : virtual lithe::nn::Module {
    lithe::nn::Linear root;
};
struct Left : virtual Root {
    lithe::nn::Linear left;
};
struct Right : virtual Root {
    lithe::nn::Linear right;
};
struct Diamond : Left, Right {
    lithe::nn::Linear bottom;
};

}  // namespace
}  // namespace vision

std::vector<std::string> second_fields() {
    vision::Net net;
    return field_names(net);
}

std::vector<std::string> derived_fields() {
    vision::Derived derived;
    return field_names(derived);
}

std::vector<std::string> diamond_fields() {
    vision::Diamond diamond;
    return field_names(diamond);
}

std::vector<std::string> second_repeated_fields() {
    RepeatedBlock block;
    return field_names(block);
}

extern const int second_net_line = vision::net_line;
extern const int second_field_line = vision::Net::field_line;
const lithe::ClassDescriptor* second_net_class() { return lithe::find_class(typeid(vision::Net)); }
