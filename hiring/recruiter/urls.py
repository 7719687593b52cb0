app_name = "recruiter"
urlpatterns = []
