//! A section of the settings, declared once: its keys with their types and defaults. Reading and listing visit every key in turn.

use super::values::Value;

/// A section of the settings.
pub(super) trait Section {
    /// Visits every key, then every section inside this one.
    fn visit(&mut self, visitor: &mut dyn Visitor);
}

/// What is done with every setting: reading it from a file or from the environment, or listing it.
pub(super) trait Visitor {
    /// Visits a setting of the current section.
    fn setting(&mut self, key: &'static str, value: &mut dyn Value);
    /// Visits a section inside the current one.
    fn section(&mut self, name: &'static str, section: &mut dyn Section);
}

/// Declares a section: its struct, its defaults, and how its keys are visited.
macro_rules! section {
    (
        $(#[$about:meta])*
        pub struct $section:ident {
            $($(#[$about_key:meta])* $key:ident: $type:ty = $default:expr,)+
        }
        $(sections { $($inner:ident: $inner_type:ty,)+ })?
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $section {
            $($(#[$about_key])* pub $key: $type,)+
            $($(#[doc = concat!("The section `", stringify!($inner), "`.")] pub $inner: $inner_type,)+)?
        }

        impl Default for $section {
            fn default() -> Self {
                $section { $($key: $default,)+ $($($inner: Default::default(),)+)? }
            }
        }

        impl $crate::config::section::Section for $section {
            fn visit(&mut self, visitor: &mut dyn $crate::config::section::Visitor) {
                $(visitor.setting(stringify!($key), &mut self.$key);)+
                $($(visitor.section(stringify!($inner), &mut self.$inner);)+)?
            }
        }
    };
}

pub(super) use section;
