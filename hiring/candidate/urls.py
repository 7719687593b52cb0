app_name = "candidate"
urlpatterns = []
